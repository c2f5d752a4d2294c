export {
  type Connection,
  type Connections,
  type ConnectionsParts,
  openConnections,
  type PauseAnswer,
} from './connections.ts';
export * from './contract.ts';
export { isInstallable, toScopes, toWaysIn, type WayIn } from './describe.ts';
export * from './fake.ts';
export { mask, maskSettings, mayBeLeftOut, toSettingsSchema } from './fields.ts';
export type { BeginInstall, FinishInstall, InstallOutcome, OwnClients } from './install.ts';
export type { Budget } from './limiter.ts';
export { diffMappings, type MappingChange } from './mapping.ts';
export { listMappingVersions, type MappingVersion, readMappingVersion } from './mapping-store.ts';
export { type HostedFake, serveFake } from './serve-fake.ts';
export { openShortMemory, type ShortMemory } from './short-memory.ts';
export { readFields, verifyDelivery } from './signatures.ts';
export { readNameStamp } from './table-file/days.ts';
export {
  type Columns,
  findMissing,
  guessColumns,
  mostBytes,
  readTableFile,
  type TableFile,
  takeSamples,
  toNamedRow,
} from './table-file/table-file.ts';
export type { Rotation } from './webhook-secret.ts';
