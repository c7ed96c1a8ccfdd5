import 'reflect-metadata'
import { Container, ContainerModule } from 'inversify'
import { coreModule, fsModule, sqliteModule } from 'lading/inversify'
import { AUDIT_FILE, AuditLog } from './audit-log.ts'
import { ReleaseService } from './release-service.ts'

/** Where the service keeps what it knows. */
export interface Places {
  /** Folder of the store in which people try things. */
  readonly experiments: string
  /** SQLite file of the store of what is in use. Its blobs lie beside it. */
  readonly releases: string
  /** File that gets a line for each release. */
  readonly audit: string
}

/** The two stores, told apart by their names. Tests load others in their place. */
export function storeModules({ experiments, releases }: Pick<Places, 'experiments' | 'releases'>): ContainerModule[] {
  return [
    fsModule({ name: 'experiments', root: experiments, project: 'models' }),
    sqliteModule({ name: 'releases', file: releases, project: 'models' }),
  ]
}

/** The container of the service. Does no I/O: a store is opened when it is first used. */
export function createContainer(stores: readonly ContainerModule[], { audit }: Pick<Places, 'audit'>): Container {
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(coreModule, ...stores, serviceModule(audit))
  return container
}

function serviceModule(auditFile: string): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(AUDIT_FILE).toConstantValue(auditFile)
    bind(AuditLog).toSelf()
    bind(ReleaseService).toSelf()
  })
}
