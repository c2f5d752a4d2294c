/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StatementDialog } from '../../../src/settings/page/credits/statement-dialog.tsx';
import { renderPart } from './support/render.tsx';

test('the ledger is saved as a file, of all time or of some days, in the language of the reader', async () => {
  await renderPart(<StatementDialog company="sakura" />);
  await userEvent.click(await screen.findByRole('button', { name: 'CSVをダウンロード' }));
  const link = () => screen.queryByRole('link', { name: 'CSVをダウンロード' })?.getAttribute('href');
  await screen.findByText(/期首と期末の残高/);

  const all = link();
  fireEvent.change(screen.getByLabelText('はじめの日'), { target: { value: '2026-11-24' } });
  fireEvent.change(screen.getByLabelText('終わりの日'), { target: { value: '2026-11-30' } });
  const some = link();
  fireEvent.change(screen.getByLabelText('終わりの日'), { target: { value: '2026-11-01' } });

  expect(all).toBe('/api/v1/credits/ledger.csv?company=sakura&locale=ja');
  expect(some).toBe('/api/v1/credits/ledger.csv?company=sakura&locale=ja&from=2026-11-24&to=2026-11-30');
  expect(link()).toBeUndefined();
  expect(screen.getByText('はじめの日より後の日を選んでください。')).toBeTruthy();
});
