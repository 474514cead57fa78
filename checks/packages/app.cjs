// The packages in a CommonJS app.
const authService = require('@imkit-auth/auth-service')
const authServiceExpress = require('@imkit-auth/auth-service/express')
const authServiceKoa = require('@imkit-auth/auth-service/koa')
const authServiceNest = require('@imkit-auth/auth-service/nestjs')
const authServiceNode = require('@imkit-auth/auth-service/node')
const core = require('@imkit-auth/core')
const jwt = require('@imkit-auth/core/jwt')
const emulator = require('@imkit-auth/emulator')
const express = require('@imkit-auth/express')
const koa = require('@imkit-auth/koa')
const nestjs = require('@imkit-auth/nestjs')
const redis = require('@imkit-auth/redis')
const { NestFactory } = require('@nestjs/core')
const createExpress = require('express')
const { Redis } = require('ioredis')
const Koa = require('koa')
const { createClient } = require('redis')
const tour = require('./tour.cjs')

const services = { authServiceExpress, authServiceKoa, authServiceNest, authServiceNode }
const packages = { authService, services, core, jwt, emulator, express, koa, nestjs, redis }
void tour('require', packages, { createExpress, Koa, NestFactory }, { createClient, Redis })
