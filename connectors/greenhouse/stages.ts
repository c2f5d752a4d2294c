import { z } from 'zod';
import { type Context, RelayError } from '../../src/connector/contract.ts';
import { JobInterviewStage } from './schema.ts';

const hourMs = 60 * 60 * 1000;
const Names = z.array(z.string());

/**
 * The names of the stages of all jobs, each once, kept for an hour: a company with many jobs has thousands. Only rules by
 * stage need the scope, so a credential without it is not broken, and this is undefined.
 */
export async function listStages(context: Context): Promise<readonly string[] | undefined> {
  try {
    return await context.remember('stages', hourMs, Names, () => fetchNames(context));
  } catch (error) {
    if (error instanceof RelayError && error.code === 'vendor_forbidden') return undefined;
    throw error;
  }
}

async function fetchNames(context: Context): Promise<string[]> {
  const stages = await context.http.list('/v3/job_interview_stages', JobInterviewStage, {
    active: 'true',
    per_page: '500',
  });
  return [...new Set(stages.map(({ name }) => name.trim()).filter((name) => name !== ''))];
}
