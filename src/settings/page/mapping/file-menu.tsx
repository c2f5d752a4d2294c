import { Button, FileButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import type { MappingFile, ReadMappingFile } from './types.ts';
import { toPath } from './use-mapping.ts';

export interface FileMenuProps {
  readonly connectionId: string;
  readonly mayMap: boolean;
  /** What of a file fits here; nothing is saved yet. */
  readonly onRead: (read: ReadMappingFile) => void;
  readonly onThrown: (thrown: unknown) => void;
}

/** The mapping as a file, out and in. */
export function FileMenu({ connectionId, mayMap, onRead, onThrown }: FileMenuProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `${toPath(connectionId)}/file`;
  const take = useMutation({
    mutationFn: () => api.get<MappingFile>(path),
    onMutate: () => onThrown(undefined),
    onSuccess: (file) => keep(`career-relay-mapping-${file.connector}.json`, file),
    onError: onThrown,
  });
  const give = useMutation({
    mutationFn: async (file: File) => api.send<ReadMappingFile>('POST', path, parse(await file.text())),
    onMutate: () => onThrown(undefined),
    onSuccess: onRead,
    onError: onThrown,
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<Download size={18} aria-hidden />}
        onClick={() => take.mutate()}
        loading={take.isPending}
      >
        {t('mapping.export')}
      </Button>
      {mayMap && (
        <FileButton accept="application/json,.json" onChange={(file) => file && give.mutate(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<Upload size={18} aria-hidden />}
              loading={give.isPending}
            >
              {t('mapping.import')}
            </Button>
          )}
        </FileButton>
      )}
    </>
  );
}

/** What is no JSON is sent as nothing, for the server says best what it wants. */
function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function keep(name: string, file: MappingFile): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
