export { type Intake, type IntakeParts, openIntake } from './intake.ts';
export * from './model.ts';
export type { PollFound } from './poll.ts';
export { countSightings, listSightings, readReach, type SightingsPage } from './poll-store.ts';
export {
  type ListedDelivery,
  type ListedRejection,
  listDeliveries,
  listRejections,
  readPeople,
  readRejections,
  readRejectionsOfPeople,
} from './store.ts';
