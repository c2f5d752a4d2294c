import { expect, test } from '@jest/globals';
import { sample } from '../../connectors/_sample/index.ts';
import { connectors } from '../../connectors/index.ts';
import {
  type Connector,
  type Context,
  defineConnector,
  type Field,
  isInstallable,
  mayBeLeftOut,
} from '../../src/connector/index.ts';

test('the compiler knows the settings of a connector by name', () => {
  const sampleApi = sample.api as NonNullable<Connector['api']>;
  const field = sample.settings.clientId as Field;
  const parts = {
    id: 'few',
    title: 'Few settings',
    docs: 'https://ats.example.com/docs',
    settings: { address: field, name: field, key: field },
    template: sample.template,
    cannot: sample.cannot,
  } as const;

  const api = {
    access: {
      'client-credentials': {
        tokenUrl: 'address',
        clientId: 'name',
        clientSecret: 'key',
        scopes: [],
        lifetimeSeconds: 3600,
      },
    },
    limits: sampleApi.limits,
    check: async (context: Context) => void context,
    reread: sampleApi.reread,
  } as const;

  const right: Connector = defineConnector({ ...parts, api: { ...api, baseUrl: 'address' } });
  // @ts-expect-error: there is no setting of this name
  const wrong: Connector = defineConnector({ ...parts, api: { ...api, baseUrl: 'adress' } });

  expect(right.api?.baseUrl).not.toBe(wrong.api?.baseUrl);
});

test('a connector that is installed by agreeing in the ATS asks nobody to type anything in', () => {
  const asked = connectors
    .filter(isInstallable)
    .flatMap(({ id, settings }) => Object.entries(settings).map(([name, field]) => ({ id, name, field })))
    .filter(({ field }) => (field.onlyFor ?? 'authorization-code') === 'authorization-code' && !mayBeLeftOut(field));

  expect(asked.map(({ id, name }) => `${id}.${name}`)).toEqual([]);
});
