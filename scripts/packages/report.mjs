/** A line for each step as it ends, and the count of them. A step fails by throwing; what depends on it is the caller's. */
export class Report {
  #passed = 0
  #failed = []
  #skipped = []
  #started = performance.now()

  /** Runs a step and prints how it went. A string it returns is added to the line. Resolves to whether it passed. */
  async step(name, action) {
    const started = performance.now()
    try {
      const said = await action()
      this.#passed += 1
      console.log(`  ok       ${name}${said ? `: ${said}` : ''} (${seconds(started)})`)
      return true
    } catch (error) {
      this.#failed.push(name)
      console.log(`  FAILED   ${name} (${seconds(started)})\n${indent(error.message)}`)
      return false
    }
  }

  /** A step that did not run, why, and what makes it run. */
  skip(name, reason) {
    this.#skipped.push(name)
    console.log(`  SKIPPED  ${name}\n${indent(reason)}`)
  }

  /** Prints the summary. @returns the exit code. */
  end() {
    const list = (names) => names.map((name) => `\n  - ${name}`).join('')
    if (this.#skipped.length > 0)
      console.log(`${this.#skipped.length} SKIPPED, nothing is known about:${list(this.#skipped)}`)
    if (this.#failed.length > 0) console.log(`${this.#failed.length} FAILED:${list(this.#failed)}`)
    console.log(`${this.#passed} of ${this.#passed + this.#failed.length} steps passed in ${seconds(this.#started)}`)
    return this.#failed.length > 0 ? 1 : 0
  }
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
const indent = (lines) => lines.replaceAll(/^/gm, '             ')
