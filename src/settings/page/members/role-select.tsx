import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Role } from '../api/types.ts';

const roles = ['owner', 'recruiter', 'viewer', 'auditor'] as const satisfies readonly Role[];

export interface RoleSelectProps {
  readonly label: string;
  /** Where the row says already whose role it is. */
  readonly isLabelHidden?: boolean;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** A choice among the roles, each with what it may do. */
export function RoleSelect({ label, isLabelHidden = false, value, onChange }: RoleSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      {...(isLabelHidden ? { 'aria-label': label, w: 190 } : { label, description: t(`roleMay.${value}`) })}
      data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen)}
      allowDeselect={false}
    />
  );
}
