/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Suspense } from 'react';
import { Passkeys } from '../../../src/settings/page/account/passkeys.tsx';
import { SecondFactor } from '../../../src/settings/page/account/second-factor.tsx';
import { renderPart } from './support/render.tsx';

const toMe = (hasSecondFactor: boolean) => ({
  kind: 'user',
  user: { id: 'u1', name: '髙﨑 花子', email: 'hanako@example.com', hasSecondFactor, passkeys: 0 },
  companies: [],
});

/** A server that keeps passkeys, and whether the second factor is on. */
async function renderAccount(part: React.ReactNode) {
  let passkeys = [
    { id: 'p1', name: 'Chrome, Mac', createdAt: '2026-11-20T01:02:03.000Z' },
    { id: 'p2', name: null, createdAt: '2026-11-21T01:02:03.000Z' },
  ];
  let isOn = true;
  return renderPart(<Suspense>{part}</Suspense>, {
    answer: ({ pathname }, init) => {
      if (pathname === '/api/v1/me') return { body: toMe(isOn) };
      if (pathname === '/api/auth/passkey/list-user-passkeys') return { body: passkeys };
      if (pathname === '/api/auth/passkey/delete-passkey') {
        const { id } = JSON.parse(String(init.body));
        passkeys = passkeys.filter((passkey) => passkey.id !== id);
        return { body: { status: true } };
      }
      if (pathname === '/api/auth/two-factor/generate-backup-codes')
        return { body: { status: true, backupCodes: ['aaaaa-11111', 'bbbbb-22222'] } };
      if (pathname === '/api/auth/two-factor/disable') {
        isOn = false;
        return { body: { status: true } };
      }
      return { status: 404 };
    },
  });
}

test('a passkey of a lost device is removed, after a question, and the others stay', async () => {
  await renderAccount(<Passkeys />);

  await userEvent.click(await screen.findByRole('button', { name: 'パスキーを削除する: Chrome, Mac' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.click(within(dialog).getByRole('button', { name: '削除する' }));

  await waitFor(() => expect(screen.queryByText('Chrome, Mac')).toBeNull());
  expect(screen.getByText('名前のないパスキー')).toBeTruthy();
});

test('new recovery codes are shown once they were asked for, and not before', async () => {
  const { asked } = await renderAccount(<SecondFactor />);

  await userEvent.click(await screen.findByRole('button', { name: 'リカバリーコードを作り直す' }));
  const dialog = await screen.findByRole('dialog');
  const before = asked.some(({ url }) => url.endsWith('/generate-backup-codes'));
  await userEvent.click(within(dialog).getByRole('button', { name: 'リカバリーコードを作り直す' }));

  expect((await screen.findByRole('status')).textContent).toContain('aaaaa-11111');
  expect(before).toBe(false);
});

test('the second factor is turned off after a question, and can be set up again', async () => {
  await renderAccount(<SecondFactor />);

  await userEvent.click(await screen.findByRole('button', { name: '無効にする' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.click(within(dialog).getByRole('button', { name: '無効にする' }));

  expect(await screen.findByRole('button', { name: '2段階認証を設定する' })).toBeTruthy();
});
