export { type Intake, type IntakeParts, openIntake } from './intake.ts';
export * from './model.ts';
export {
  type ListedDelivery,
  type ListedRejection,
  listDeliveries,
  listRejections,
  readPeople,
  readRejections,
  readRejectionsOfPeople,
} from './store.ts';
