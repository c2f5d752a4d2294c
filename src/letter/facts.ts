import { readAgency, readCompany } from '../company/index.ts';
import type { Connection, Connections } from '../connector/index.ts';
import { readPeople, readRejections } from '../intake/index.ts';
import type { Tx } from '../platform/database.ts';
import { chooseTemplate, type LetterFacts } from './model.ts';

export interface FactSource {
  readonly connections: Pick<Connections, 'read'>;
}

/** The facts of a letter; its connection is undefined once it was removed. */
export type ReadFacts = Omit<LetterFacts, 'connection' | 'isReleased'> & {
  readonly connection: Connection | undefined;
};

/** The template that a rule of the connection names for this rejection, by its id or `standard`; undefined: none does. */
export function toTemplate({ rejection, connection }: ReadFacts): string | undefined {
  return connection && chooseTemplate(rejection, connection);
}

/** What decides about the letters of these rejections, all of one company, by rejection id; a few statements for all. */
export async function readFacts(
  { connections }: FactSource,
  tx: Tx,
  companyId: string,
  rejectionIds: readonly string[],
): Promise<ReadonlyMap<string, ReadFacts>> {
  const company = await readCompany(tx, companyId);
  if (!company) return new Map();
  const agency = await readAgency(tx, companyId);
  const rejections = await readRejections(tx, rejectionIds);
  const personIds = rejections.flatMap(({ personId }) => (personId === null ? [] : [personId]));
  const people = new Map((await readPeople(tx, [...new Set(personIds)])).map((person) => [person.personId, person]));
  const installed = new Map<string, Connection | undefined>();
  for (const connectionId of new Set(rejections.map((rejection) => rejection.connectionId)))
    installed.set(connectionId, await connections.read(tx, connectionId));
  return new Map(
    rejections.map((rejection) => [
      rejection.rejectionId,
      {
        rejection,
        person: rejection.personId === null ? undefined : people.get(rejection.personId),
        connection: installed.get(rejection.connectionId),
        company,
        agency,
      },
    ]),
  );
}
