/**
 * The element with this id, of this class.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`The page has no ${type.name} with the id ${id}.`)
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 * @param {Record<string, string>} [dataset]
 * @param {Node[]} [children]
 */
export function element(name, properties, dataset = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties)
  Object.assign(made.dataset, dataset)
  made.append(...children)
  return made
}

/**
 * How a status is coloured.
 * @param {number} status
 */
export function toneOf(status) {
  if (status >= 200 && status < 300) return 'good'
  return status === 401 || status === 403 ? 'refused' : 'warn'
}
