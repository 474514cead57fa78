import { styleText } from 'node:util'
import type { Demo } from './start-demo.js'

/** What the terminal shows once everything runs. */
export function announcement({ url, chatServerUrl, controlUrl }: Demo, colours: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) => (colours ? styleText(format, text) : text)
  const bold = (text: string) => style('bold', text)
  const dim = (text: string) => style('dim', text)
  const link = (text: string) => style('cyan', text)
  return `
  ${bold('imkit-auth')}  Log in to an app, be in the chat. Log out, be out of it.

  ${bold('Demo')}          ${link(url)}   ${dim('open this')}
  ${bold('Chat server')}   ${link(chatServerUrl)}   ${dim('an emulator on this machine')}
  ${bold('Its control')}   ${link(controlUrl)}   ${dim('look inside, make it fail, move its clock')}

  ${bold('Try')}
    1. Sign in as Amy and ask the chat server who you are.
    2. Sign out and try the old token: it is refused.
    3. Stop the chat server, sign in, and let it come back:
         curl ${controlUrl}/listener -d '{"accept": false}'
         curl ${controlUrl}/listener -d '{"accept": true}'
    4. See what the app asked the chat server:
         curl ${controlUrl}/requests

  ${dim('Ctrl-C stops everything.')}
`
}
