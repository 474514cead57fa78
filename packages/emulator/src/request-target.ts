import { Refusal } from './refusal.js'

/** A request target taken apart by hand, so that nothing resolves `..` or decodes anything on the way. */
export interface Target {
  /** As sent, without query and trailing slashes. */
  readonly path: string
  /** The parts of `path` between the slashes, still percent-encoded. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
}

/** Takes the raw target of an HTTP request apart. */
export function parseTarget(raw: string): Target {
  const mark = raw.indexOf('?')
  const path = (mark === -1 ? raw : raw.slice(0, mark)).replace(/\/+$/, '') || '/'
  return {
    path,
    segments: path.split('/').slice(1),
    query: new URLSearchParams(mark === -1 ? '' : raw.slice(mark + 1)),
  }
}

/** Whether the segments are those of the pattern, where `*` stands for any one segment. */
export function matchesPath(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, index) => part === '*' || part === segments[index])
}

/** Whether a proxy or a URL parser could turn this path into another one: it has an empty or a dot segment. */
export function isAmbiguous(segments: readonly string[]): boolean {
  return segments.some((segment) => segment === '' || segment === '.' || segment === '..')
}

/**
 * Percent-decodes a segment, once.
 * @throws Refusal `INVALID_REQUEST` when it is not percent-encoded UTF-8.
 */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Refusal('INVALID_REQUEST', 'The path is not percent-encoded UTF-8')
  }
}
