import { Badge, type MantineColor } from '@mantine/core';
import { CircleAlert, CircleCheck, CircleDot, CircleMinus, CircleX } from 'lucide-react';
import type { ReactNode } from 'react';

/** good: as it should be · waiting: something is under way · attention: a person should look · bad: it failed · idle: nothing to do. */
export type Tone = 'good' | 'waiting' | 'attention' | 'bad' | 'idle';

const looks = {
  good: { color: 'relay', icon: CircleCheck },
  waiting: { color: 'blue', icon: CircleDot },
  attention: { color: 'orange', icon: CircleAlert },
  bad: { color: 'red', icon: CircleX },
  idle: { color: 'gray', icon: CircleMinus },
} as const satisfies Record<Tone, { readonly color: MantineColor; readonly icon: typeof CircleX }>;

/** A state in a word. The colour only underlines what word and sign say. */
export function StatusBadge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const { color, icon: Icon } = looks[tone];
  return (
    <Badge
      color={color}
      variant="light"
      size="lg"
      radius="sm"
      tt="none"
      fw={600}
      c="var(--mantine-color-text)"
      leftSection={<Icon size={15} color={`var(--mantine-color-${color}-light-color)`} aria-hidden />}
    >
      {children}
    </Badge>
  );
}
