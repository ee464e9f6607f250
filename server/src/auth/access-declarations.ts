import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { StartupError } from '../config/startup-error.js';
import { declaredAccess } from './access.decorators.js';

/** Stops the start when a route says nothing about who may call it. */
@Injectable()
export class AccessDeclarations implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const missing = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (typeof metatype !== 'function') return [];
      const prototype: Record<string, unknown> = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => [name, prototype[name]] as const)
        .filter(([, handler]) => typeof handler === 'function' && Reflect.hasMetadata(PATH_METADATA, handler))
        .filter(([, handler]) => declaredAccess(handler as object, metatype) === undefined)
        .map(([name]) => `${metatype.name}.${name}`);
    });
    if (missing.length > 0) throw new StartupError(`Routes without a declared access: ${missing.join(', ')}`);
  }
}
