/** A decorator is easily written without its parentheses: then it gets what it should decorate, and not a chat's name. */
export function assertCalled(decorator: string, args: readonly unknown[]): void {
  if (args.length <= 1 && (args[0] === undefined || typeof args[0] === 'string')) return
  throw new TypeError(
    `@${decorator} makes a decorator: write @${decorator}(), with parentheses, or with a chat's name in them`,
  )
}
