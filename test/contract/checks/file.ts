import {
  type FakeApplicant,
  type FakeFileOptions,
  type FileApplication,
  type FileIntake,
  findMissing,
  guessColumns,
  RelayError,
  readTableFile,
  type TableFile,
  toNamedRow,
} from '../../../src/connector/index.ts';
import type { Rig, Subject } from '../rig.ts';
import { type Check, catchError, ensure, ensureSame, hanako, isFilled, others } from './support.ts';

const withoutFile = ({ connector }: Subject) => (connector.file ? undefined : 'it has an API, and takes no files');

function require({ connector }: Subject): FileIntake {
  ensure(connector.file !== undefined, 'it takes no files');
  return connector.file;
}

function exportFrom(subject: Subject, rig: Rig, options?: FakeFileOptions): TableFile {
  ensure(rig.fake.exportFile !== undefined, 'its fake exports no file');
  return readTableFile(rig.fake.exportFile(options).bytes, require(subject));
}

function readApplications(subject: Subject, table: TableFile): readonly FileApplication[] {
  const intake = require(subject);
  const columns = guessColumns(table.header, intake.columns);
  ensureSame(findMissing(columns, intake.needs), [], 'needed columns are not found');
  return table.rows.map((row) => intake.toApplication(toNamedRow(row, table.header, columns)));
}

function rejectAndRead(subject: Subject, rig: Rig, applicant: FakeApplicant): FileApplication {
  const { applicationRef } = rig.fake.reject(applicant);
  const found = readApplications(subject, exportFrom(subject, rig)).find(
    (one) => one.applicationRef === applicationRef,
  );
  ensure(found !== undefined, 'the application is not in the file');
  return found;
}

const encodings = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'shift_jis'] as const;
const separators = ['tab', 'comma'] as const;

export const file: readonly Check[] = [
  {
    name: 'its columns have labels, its needs are among them, and people are told how to make the file',
    skip: withoutFile,
    async run(subject) {
      const { columns, needs, guide, madeAtLabel } = require(subject);
      const declared = Object.entries(columns);
      for (const [name, column] of declared) {
        ensure(isFilled(column?.label), `${name} has no label in both languages`);
        ensure((column?.names.length ?? 0) > 0, `${name} is known by no header`);
      }
      const needed = needs.flat();
      for (const name of needed) ensure(columns[name] !== undefined, `${name} is needed and not declared`);
      ensure(needed.includes('applicationRef'), 'a row need not name its application');
      ensure(guide.length > 0 && guide.every(isFilled), 'nobody is told how to make the file');
      ensure(madeAtLabel.trim() !== '', 'it does not say where a file tells its age');
    },
  },
  {
    name: 'a file says the same in every encoding and with either separator',
    skip: withoutFile,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const applicants = [hanako, ...others];
      const refs = applicants.map((applicant) => rig.fake.reject(applicant).applicationRef);
      for (const encoding of encodings) {
        for (const separator of separators) {
          const told = readApplications(subject, exportFrom(subject, rig, { encoding, separator }));
          const what = `${encoding} with ${separator}`;
          ensureSame(
            told.map(({ applicationRef }) => applicationRef),
            refs,
            `${what}: other applications`,
          );
          // Shift_JIS has no room for all of them; those it has must arrive.
          const arriving = encoding === 'shift_jis' ? applicants.slice(0, 1) : applicants;
          for (const [at, { job, email }] of arriving.entries()) {
            const one = told[at];
            ensure(one?.state === 'rejected', `${what}: a rejection is not told as one`);
            ensureSame([one.job, one.person.email], [job, email], `${what}: something did not arrive`);
          }
        }
      }
    },
  },
  {
    name: 'a file tells when it was made',
    skip: withoutFile,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      rig.fake.reject(hanako);
      const { madeAt } = exportFrom(subject, rig);
      ensure(madeAt !== null, 'its age is not found');
      const differenceMs = Math.abs(madeAt.getTime() - rig.clock.now().getTime());
      ensure(differenceMs < 60_000, `its age is wrong by ${differenceMs} ms`);
    },
  },
  {
    name: 'a row tells who decided, and whom to leave alone',
    skip: withoutFile,
    async run(subject, bench) {
      const rig = await bench.open(subject);
      const byCompany = rejectAndRead(subject, rig, hanako);
      ensureSame(byCompany.state === 'rejected' && byCompany.decidedBy, 'company', 'a rejection is not the company’s');
      const withdrawn = rejectAndRead(subject, rig, { ...hanako, decidedBy: 'candidate' });
      const isOurs = withdrawn.state === 'rejected' && withdrawn.decidedBy !== 'candidate';
      ensure(!isOurs, 'who withdrew is told as rejected');
      const fromAgency = rejectAndRead(subject, rig, { ...hanako, source: 'agency' });
      ensureSame(fromAgency.state === 'rejected' && fromAgency.source, 'agency', 'an agency’s applicant is not told');
      const { applicationRef } = rig.fake.reject(hanako);
      rig.fake.reinstate(applicationRef);
      const reinstated = readApplications(subject, exportFrom(subject, rig)).find(
        (one) => one.applicationRef === applicationRef,
      );
      ensureSame(reinstated?.state, 'active', 'who is open again is not told as such');
    },
  },
  {
    name: 'a row that does not fit is set aside without naming the person',
    skip: withoutFile,
    async run(subject) {
      const { toApplication } = require(subject);
      const name = '髙﨑 花子';
      const rows = [
        { applicationRef: '', status: '不合格', rejectedOn: '2026/11/20', name },
        { applicationRef: '1001', status: '不合格', rejectedOn: 'きのう', name },
      ];
      for (const row of rows) {
        const error = await catchError(
          Promise.resolve().then(() => toApplication(row)),
          `the row ${JSON.stringify({ ...row, name: '…' })}`,
        );
        ensure(
          error instanceof RelayError && error.code === 'row_not_understood',
          `it throws ${error.name}, not row_not_understood`,
        );
        ensure(!`${error.message} ${error.stack}`.includes('髙﨑'), 'the error names the person');
      }
    },
  },
];
