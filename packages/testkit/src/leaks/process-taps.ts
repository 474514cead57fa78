import { Channel } from 'node:diagnostics_channel'
import { inspected } from './texts.js'

const METHODS = ['debug', 'dir', 'error', 'info', 'log', 'table', 'trace', 'warn'] as const
const EVENTS = ['warning', 'unhandledRejection', 'uncaughtException'] as const
const OURS = /imkit/i

/** Where only what nobody handles arrives. */
export const ASTRAY: readonly string[] = EVENTS.map((event) => `process ${event}`)

/** What this process says by itself while it is tapped, instead of saying it. */
export class ProcessTaps {
  /** By sink. */
  readonly said: ReadonlyMap<string, string[]> = new Map(
    ['console', 'diagnostics channels of ours', ...ASTRAY].map((sink) => [sink, []]),
  )
  readonly #undo: (() => void)[] = []

  constructor() {
    this.#tapConsole()
    this.#tapChannels()
    for (const event of EVENTS) this.#tapProcess(event)
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo()
  }

  #tapConsole(): void {
    const console = Reflect.get(globalThis, 'console') as unknown as Record<string, unknown>
    for (const method of METHODS) {
      const original = console[method]
      console[method] = (...args: unknown[]) => this.#say('console', args)
      this.#undo.push(() => (console[method] = original))
    }
  }

  /** Channels are published to only when somebody subscribes, and cannot be listed: ours seem to have a subscriber. */
  #tapChannels(): void {
    const say = (args: unknown[]) => this.#say('diagnostics channels of ours', args)
    const { prototype } = Channel
    const original = Object.getOwnPropertyDescriptors(prototype)
    Object.defineProperties(prototype, {
      hasSubscribers: {
        configurable: true,
        get(this: Channel) {
          return OURS.test(String(this.name))
        },
      },
      publish: {
        configurable: true,
        value(this: Channel, message: unknown) {
          if (OURS.test(String(this.name))) say([this.name, message])
        },
      },
    })
    this.#undo.push(() => {
      const { hasSubscribers, publish } = original
      Object.defineProperties(prototype, { hasSubscribers, publish } as PropertyDescriptorMap)
    })
  }

  #tapProcess(event: (typeof EVENTS)[number]): void {
    const others = process.listeners(event as 'warning')
    const listener = (error: unknown) => this.#say(`process ${event}`, [error])
    process.removeAllListeners(event)
    process.on(event, listener)
    this.#undo.push(() => {
      process.off(event, listener)
      for (const other of others) process.on(event as 'warning', other)
    })
  }

  #say(sink: string, args: readonly unknown[]): void {
    this.said.get(sink)?.push(args.map(inspected).join('\n'))
  }
}
