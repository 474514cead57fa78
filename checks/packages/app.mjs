// The packages in an ESM app.
import * as core from '@imkit-auth/core'
import * as jwt from '@imkit-auth/core/jwt'
import * as emulator from '@imkit-auth/emulator'
import * as express from '@imkit-auth/express'
import * as koa from '@imkit-auth/koa'
import * as nestjs from '@imkit-auth/nestjs'
import { NestFactory } from '@nestjs/core'
import createExpress from 'express'
import Koa from 'koa'
import tour from './tour.cjs'

await tour('import', { core, jwt, emulator, express, koa, nestjs }, { createExpress, Koa, NestFactory })
