import { existsSync, readFileSync } from 'node:fs';
import { type Connector, modes } from '../../src/connector/index.ts';
import type { Subject } from './rig.ts';

const root = new URL('../../', import.meta.url);

/**
 * What a connector still lacks before the suite can be asked of it, each as one line without its id; [] when it is whole.
 * Only what is not there: whether what is there is right, the checks say.
 */
export function findMissing({ connector, folder, createFake, fixtures, isGuessed }: Subject): readonly string[] {
  const { api, webhook, file, settings, template } = connector;
  const isHere = (path: string) => existsSync(new URL(`connectors/${folder}/${path}`, root));
  const listed: readonly (readonly [string, boolean])[] = [
    ['title: the name people know it by', connector.title.trim() !== ''],
    ['docs: the vendor page it is written from', URL.canParse(connector.docs)],
    ['a way in: api.poll, webhook or file', Boolean(api?.poll ?? webhook ?? file)],
    ['settings: at least the API address', !api || Object.keys(settings).length > 0],
    ['api.access: how we prove ourselves', !api || Object.keys(api.access).length > 0],
    ['api: a webhook is only a hint, so applications must be read again', !webhook || Boolean(api)],
    ...modes.map((mode) => [`template.modes['${mode}']: possible, or why not`, isTold(template.modes[mode])] as const),
    ['cannot: write-backs, or why not', Boolean(api?.writeBack) || connector.cannot.length > 0],
    ['fake.ts: a stand-in that rejects somebody', canReject(createFake)],
    ['fixtures: samples of invented people', fixtures.length > 0],
    ['README.md: credentials, scopes, what is not possible, sources with dates', isHere('README.md')],
    ['test/contract/subjects.ts: how many calls a full reread costs', !api || isGuessed !== true],
    ['manifest.json: its entry', connector.id.startsWith('_') || isInManifest(connector.id)],
  ];
  return listed.flatMap(([what, isThere]) => (isThere ? [] : [what]));
}

function isTold(possibility: Connector['template']['modes'][keyof Connector['template']['modes']]): boolean {
  return possibility.possible || (possibility.why.ja.trim() !== '' && possibility.why.en.trim() !== '');
}

function canReject(createFake: Subject['createFake']): boolean {
  try {
    const fake = createFake({ now: () => new Date('2026-11-24T01:00:00Z') });
    fake.reject({ givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: '営業' });
    return true;
  } catch {
    return false;
  }
}

function isInManifest(id: string): boolean {
  const manifest: { readonly connectors: readonly { readonly id: string }[] } = JSON.parse(
    readFileSync(new URL('manifest.json', root), 'utf8'),
  );
  return manifest.connectors.some((listed) => listed.id === id);
}
