export type { LinkedPerson, ViewedCompany, Viewer } from './model.ts';
export { openPeople, type People, type PeopleParts, type RedeemOutcome } from './people.ts';
export { listCompaniesOfTeam, listPeople, readViewer } from './store.ts';
