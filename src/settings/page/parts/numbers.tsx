import { Fragment, type ReactNode } from 'react';
import { Count } from './count.tsx';
import styles from './numbers.module.css';

export interface NumbersProps {
  readonly rows: readonly { readonly key: string; readonly name: ReactNode; readonly count: number }[];
}

/** Counts below each other, each behind what it counts. */
export function Numbers({ rows }: NumbersProps) {
  return (
    <dl className={styles.numbers}>
      {rows.map(({ key, name, count }) => (
        <Fragment key={key}>
          <dt>{name}</dt>
          <dd>
            <Count value={count} />
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
