/** A decorator that takes no arguments is easily written without its parentheses: then it gets what it should decorate. */
export function assertCalled(name: string, args: readonly unknown[]): void {
  if (args.length > 0) throw new TypeError(`@${name} makes a decorator: write @${name}(), with parentheses`)
}
