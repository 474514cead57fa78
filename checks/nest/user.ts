/** An app's own entity, as an ORM would fill it. */
export class User {
  id!: string
  name!: string
  passwordHash!: string
}
