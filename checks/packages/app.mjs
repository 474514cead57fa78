// The packages in an ESM app.
import * as authService from '@imkit-auth/auth-service'
import * as authServiceExpress from '@imkit-auth/auth-service/express'
import * as authServiceKoa from '@imkit-auth/auth-service/koa'
import * as authServiceNest from '@imkit-auth/auth-service/nestjs'
import * as authServiceNode from '@imkit-auth/auth-service/node'
import * as core from '@imkit-auth/core'
import * as jwt from '@imkit-auth/core/jwt'
import * as emulator from '@imkit-auth/emulator'
import * as express from '@imkit-auth/express'
import * as koa from '@imkit-auth/koa'
import * as nestjs from '@imkit-auth/nestjs'
import * as redis from '@imkit-auth/redis'
import { NestFactory } from '@nestjs/core'
import createExpress from 'express'
import { Redis } from 'ioredis'
import Koa from 'koa'
import { createClient } from 'redis'
import tour from './tour.cjs'

const services = { authServiceExpress, authServiceKoa, authServiceNest, authServiceNode }
const packages = { authService, services, core, jwt, emulator, express, koa, nestjs, redis }
await tour('import', packages, { createExpress, Koa, NestFactory }, { createClient, Redis })
