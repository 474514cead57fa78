import { Module } from '@nestjs/common'
import { AppController } from './app.controller.js'
import { AppService } from './app.service.js'
import { ChatModule } from './chat.module.js'

@Module({ imports: [ChatModule], controllers: [AppController], providers: [AppService] })
export class AppModule {}
