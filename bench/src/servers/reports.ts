/** What a server in a process of its own tells: where it listens, then the answer to each question. */
export type Report = { readonly url: string } | { readonly answer: unknown } | { readonly unknown: string }

/** Says where this process listens, answers questions one at a time, and ends with the process that asks. */
export function report(url: string, answers: Readonly<Record<string, () => unknown>>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question: string) => void reply(question))
  process.send?.({ url } satisfies Report)

  async function reply(question: string): Promise<void> {
    const answer = answers[question]
    process.send?.((answer ? { answer: await answer() } : { unknown: question }) satisfies Report)
  }
}
