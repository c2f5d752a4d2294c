import { Button, type ButtonProps } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';

export interface CopyButtonProps extends Pick<ButtonProps, 'variant' | 'size'> {
  readonly value: string;
  /** What is copied, for a screen reader: "Webhook address". */
  readonly what: string;
}

/** Copies a text, and says that it did. */
export function CopyButton({ value, what, variant = 'default', size }: CopyButtonProps) {
  const { t } = useTranslation();
  const { copied, copy } = useClipboard({ timeout: 3_000 });
  return (
    <Button
      variant={variant}
      {...(size === undefined ? {} : { size })}
      leftSection={copied ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
      aria-label={t('copy.label', { what })}
      onClick={() => copy(value)}
    >
      <span aria-live="polite">{copied ? t('copy.done') : t('copy.copy')}</span>
    </Button>
  );
}
