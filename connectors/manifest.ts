import { accessKinds, type Connector, type Text } from '../src/connector/contract.ts';
import { isInstallable, toScopes, toWaysIn } from '../src/connector/describe.ts';

/** What the marketplace listing (manifest.json) says of a connector, from its declaration. */
export function toListing(connector: Connector) {
  const { id, title, docs, webhook, api, template, cannot } = connector;
  const isInstalled = isInstallable(connector);
  return {
    id,
    title,
    docs,
    waysIn: toWaysIn(connector),
    events: webhook?.events ?? [],
    access: accessKinds.filter((kind) => api?.access[kind]),
    scopes: toScopes(connector),
    install: isInstalled ? `/install/${id}` : null,
    redirect: isInstalled
      ? { path: `/install/${id}/callback`, reason: null }
      : { path: null, reason: api ? withCredentials : withFiles },
    modes: template.modes,
    cannot,
  };
}

const withCredentials: Text = {
  ja: '認証情報を入力して接続するため、認可画面からの戻り先はありません。',
  en: 'The connection is made by entering credentials, so there is no authorisation screen to return from.',
};
const withFiles: Text = {
  ja: 'APIがなく、書き出したファイルを受け取って動くため、認可画面はありません。',
  en: 'There is no API: files that were exported are taken in, so there is no authorisation screen.',
};
