export { countStuckDeliveries, type LastActivity, readLastActivity, type StuckDeliveries } from './activity.ts';
export { type ConnectionHealth, readConnectionHealth } from './health.ts';
export { type FolderParts, watchFolder } from './import-folder.ts';
export { toApplicationFromContent } from './import-model.ts';
export { countWaitingImports, type FileImport, listImports } from './import-store.ts';
export { type HandedIn, type ImportResult, type Imports, openImports } from './imports.ts';
export { type Intake, type IntakeParts, openIntake } from './intake.ts';
export * from './model.ts';
export type { PollFound } from './poll.ts';
export { countSightings, listSightings, readReach, type SightingsPage } from './poll-store.ts';
export {
  type DeliveryBody,
  findOrAddPerson,
  type ListedDelivery,
  type ListedRejection,
  listDeliveries,
  listRejections,
  readDeliveryBody,
  readPeople,
  readRejections,
  readRejectionsOfPeople,
  toEmailKey,
} from './store.ts';
