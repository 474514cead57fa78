import type { ChatCredentials } from '@imkit-auth/core'

/**
 * `ChatCredentials` as a class, for API documentation: `@ApiProperty({ type: ChatCredentialsDto, nullable: true }) chat`.
 *
 * @nestjs/swagger reads it as it reads classes that its own compiler plugin has seen, so nothing of it is imported here.
 */
export class ChatCredentialsDto implements ChatCredentials {
  declare readonly token: string
  declare readonly expirationDate: string
  declare readonly expiresIn: number
  declare readonly userId: string
  declare readonly serverUrl: string
  declare readonly clientKey?: string

  static _OPENAPI_METADATA_FACTORY(): object {
    const text = (description: string, more: object = {}) => ({
      required: true,
      type: () => String,
      description,
      ...more,
    })
    return {
      token: text('The chat token; chat SDKs send it as IM-Authorization.'),
      expirationDate: text('When it stops working.', { format: 'date-time' }),
      expiresIn: { required: true, type: () => Number, description: 'How many seconds it still works.' },
      userId: text('The user in the chat.'),
      serverUrl: text('Where the chat server is.'),
      clientKey: text('What chat SDKs send as IM-CLIENT-KEY.', { required: false }),
    }
  }
}

/** What the token route is asked with. */
export class ChatTokenRequestDto {
  declare readonly invalid?: string

  static _OPENAPI_METADATA_FACTORY(): object {
    const description = 'A token that the chat server has refused: it is replaced.'
    return { invalid: { required: false, type: () => String, description } }
  }
}
