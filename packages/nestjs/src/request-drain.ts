import { HttpDrain, type HttpServer } from '@imkit-auth/core'
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'

/** How long requests may take at the end, in ms: with the 5 s of `close()` below the 10 s that Docker gives a container. */
const PATIENCE = 4_500

/**
 * Lets an app that ends answer the requests that still come, before Nest closes its server: that would break idle
 * connections, and a proxy's next request with them.
 */
@Injectable()
export class RequestDrain implements OnModuleInit, BeforeApplicationShutdown {
  readonly #host: HttpAdapterHost
  #http: HttpDrain | undefined

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host
  }

  onModuleInit(): void {
    // An application context without HTTP has no adapter.
    const server: unknown = this.#host.httpAdapter?.getHttpServer()
    if (server) this.#http = new HttpDrain(server as HttpServer)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#http?.drain(PATIENCE)
  }
}
