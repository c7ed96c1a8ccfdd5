import type { BindOnFluentSyntax, BindWhenFluentSyntax, MetadataName, ServiceIdentifier } from 'inversify'

/** The store that a module is about; undefined: the one that is resolved without a name. */
export type StoreName = MetadataName | undefined

/** Binds for one store alone: what has no name does not stand in for a store that has one. */
export function boundFor<T>(name: StoreName, binding: BindWhenFluentSyntax<T>): BindOnFluentSyntax<T> {
  return name === undefined ? binding.whenDefault() : binding.whenNamed(name)
}

/** What is injected, by its token and the name of the store that it belongs to. */
interface Injected<T> {
  serviceIdentifier: ServiceIdentifier<T>
  name?: MetadataName
}

/** Injects what is bound for one store. */
export function of<T>(name: StoreName, serviceIdentifier: ServiceIdentifier<T>): Injected<T> {
  return name === undefined ? { serviceIdentifier } : { serviceIdentifier, name }
}

/** Injects what is bound for one store, or undefined: the factory says better than inversify what is missing. */
export function optional<T>(
  name: StoreName,
  serviceIdentifier: ServiceIdentifier<T>,
): Injected<T> & { optional: true } {
  return { ...of(name, serviceIdentifier), optional: true }
}

/** Injects all that is bound for one store; undefined where nothing is. */
export function all<T>(
  name: StoreName,
  serviceIdentifier: ServiceIdentifier<T>,
): Injected<T> & { optional: true; isMultiple: true } {
  return { ...of(name, serviceIdentifier), optional: true, isMultiple: true }
}
