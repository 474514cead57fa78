import { describe, expect, it } from 'vitest'
import { tokensOf } from './call.js'
import { opened } from './opened.js'
import { started } from './started.js'

describe('truncate', () => {
  it('acts, promises the whole body, and cuts the connection after half of it', async () => {
    const emulator = await started()
    emulator.fault({ match: 'POST /admin/clients', kind: 'truncate' })
    const answer = await opened(emulator, 'amy')
    expect(await answer.complete).toBe(false)
    expect(answer.text()).toMatch(/^\{"RC":0,"RM":"OK","result"/)
    expect(answer.text()).toHaveLength(Math.floor(Number(answer.headers['content-length']) / 2))
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
  })
})
