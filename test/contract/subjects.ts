import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createSampleFake } from '../../connectors/_sample/fake.ts';
import { sample } from '../../connectors/_sample/index.ts';
import { fakes } from '../../connectors/fakes.ts';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { greenhouse } from '../../connectors/greenhouse/index.ts';
import { connectors } from '../../connectors/index.ts';
import { createLeverFake } from '../../connectors/lever/fake.ts';
import { lever } from '../../connectors/lever/index.ts';
import type { Connector } from '../../src/connector/index.ts';
import type { Subject } from './rig.ts';

const connectorsFolder = new URL('../../connectors/', import.meta.url);

/** The folders of connectors, the ones not offered included. */
export function listFolders(): readonly string[] {
  return readdirSync(connectorsFolder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
}

function readFixtures(folder: string): Subject['fixtures'] {
  const fixtures = new URL(`${folder}/fixtures/`, connectorsFolder);
  if (!existsSync(fixtures)) return [];
  return readdirSync(fixtures).map((name) => ({ name, text: readFileSync(new URL(name, fixtures), 'utf8') }));
}

export const greenhouseWithTag: Subject = {
  name: 'greenhouse',
  folder: 'greenhouse',
  connector: greenhouse,
  isOffered: true,
  createFake: createGreenhouseFake,
  // Applications, details and candidates; the reasons once an hour.
  rereadCalls: { first: 4, further: 3 },
  pollRows: 500,
  fixtures: readFixtures('greenhouse'),
};

export const leverSubject: Subject = {
  name: 'lever',
  folder: 'lever',
  connector: lever,
  isOffered: true,
  createFake: createLeverFake,
  // One opportunity and the page of its neighbours; once in a while the reasons and the posting's title.
  rereadCalls: { first: 4, further: 2 },
  pollRows: 100,
  cannotTell: ['decidedBy', 'nameParts'],
  fixtures: readFixtures('lever'),
};

export const sampleSubject: Subject = {
  name: '_sample',
  folder: '_sample',
  connector: sample,
  isOffered: false,
  createFake: createSampleFake,
  rereadCalls: { first: 1, further: 1 },
  pollRows: 3,
  fixtures: readFixtures('_sample'),
};

/** Every connector, and one more time for every other way of writing back. */
const known: readonly Subject[] = [
  greenhouseWithTag,
  ...[
    'career_relay_consent',
    'career_relay_consent_flag',
    'career_relay_consent_on',
    'career_relay_consent_choice',
  ].map((consentField) => ({
    ...greenhouseWithTag,
    name: `greenhouse writing ${consentField}`,
    settings: { consentField },
    isVariant: true,
  })),
  leverSubject,
  sampleSubject,
];

/** A connector that is only listed: what it lacks is told line by line. */
function guess(connector: Connector): Subject {
  const { id } = connector;
  return {
    name: id,
    folder: id,
    connector,
    isOffered: true,
    isGuessed: true,
    createFake: (options) => {
      const createFake = fakes[id];
      if (!createFake) throw new Error(`${id} is not in connectors/fakes.ts`);
      return createFake(options);
    },
    rereadCalls: { first: 1, further: 1 },
    fixtures: readFixtures(id),
  };
}

export const subjects: readonly Subject[] = [
  ...known,
  ...connectors.filter((one) => !known.some(({ connector }) => connector === one)).map(guess),
];
