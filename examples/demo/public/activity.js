import { element, toneOf } from './elements.js'
import { timeOfDay } from './format.js'

const MAX_ENTRIES = 50

/** The list of calls, newest first. */
export class Activity {
  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} placeholder shown while the list is empty
   */
  constructor(list, placeholder) {
    this.list = list
    this.placeholder = placeholder
  }

  /**
   * @param {import('./calls.js').Call} call
   * @param {import('./calls.js').Answer} answer
   */
  add({ to, method, path, note }, { status, at, ms }) {
    this.placeholder.hidden = true
    this.list.prepend(
      element('li', { className: 'entry' }, { to }, [
        element('span', { className: 'status', textContent: status ? String(status) : '—' }, { tone: toneOf(status) }),
        element('code', { className: 'entry-call', textContent: `${method} ${path}` }),
        element('span', { className: 'entry-ms', textContent: `${ms} ms` }),
        element('span', { className: 'entry-note', textContent: [to, note].filter(Boolean).join(' · ') }),
        element('time', { className: 'entry-at', dateTime: new Date(at).toISOString(), textContent: timeOfDay(at) }),
      ]),
    )
    while (this.list.children.length > MAX_ENTRIES) this.list.lastElementChild?.remove()
  }
}
