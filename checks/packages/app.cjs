// The packages in a CommonJS app.
const core = require('@imkit-auth/core')
const jwt = require('@imkit-auth/core/jwt')
const emulator = require('@imkit-auth/emulator')
const express = require('@imkit-auth/express')
const koa = require('@imkit-auth/koa')
const nestjs = require('@imkit-auth/nestjs')
const { NestFactory } = require('@nestjs/core')
const createExpress = require('express')
const Koa = require('koa')
const tour = require('./tour.cjs')

void tour('require', { core, jwt, emulator, express, koa, nestjs }, { createExpress, Koa, NestFactory })
