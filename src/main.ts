import { CodedError, EXIT, messageOf } from './base/errors.ts';
import type {
  Compare,
  LookAtProcesses,
  LookAtVitals,
  Rehearse,
  RunDaemon,
  SurveyFolder,
} from './surfaces/daemon.ts';

/**
 * Runs one daemon in this process until `signal` aborts or something it cannot live without is lost. Exit codes:
 * 0 stopped, 70 defect or lost store, 75 another daemon runs, 78 configuration or database unusable.
 */
export const runDaemon: RunDaemon = async (options) => {
  try {
    const { withThreads } = await import('./main/threads.ts');
    // They start on another core while this one loads the rest.
    return await withThreads(async (threads) => {
      const { run } = await import('./main/run.ts');
      return run(options, threads);
    });
  } catch (error) {
    if (error instanceof CodedError) {
      const details = [error.allowed && `allowed: ${error.allowed}`, error.next].filter(Boolean);
      return { code: error.exitCode, reason: [error.message, ...details].join('\n  ') };
    }
    return { code: EXIT.internal, reason: messageOf(error) };
  }
};

/** Lets a rule think about a file in this process, and writes nothing. */
export const rehearse: Rehearse = async (options) => {
  const { rehearseRule } = await import('./main/rehearse.ts');
  return rehearseRule(options);
};

/** Lets several models think about the same in this process, and writes nothing. */
export const compare: Compare = async (options) => {
  const { compareModels } = await import('./main/compare.ts');
  return compareModels(options);
};

/** Counts what would be watched in a folder. */
export const survey: SurveyFolder = async (options) => {
  const { surveyFolder } = await import('./main/survey.ts');
  return surveyFolder(options);
};

/** Looks at the processes of this machine. */
export const lookAtProcesses: LookAtProcesses = async (options) => {
  const look = await import('./main/look.ts');
  return look.lookAtProcesses(options);
};

/** Measures this machine's vitals once. */
export const lookAtVitals: LookAtVitals = async (signal) => {
  const look = await import('./main/look.ts');
  return look.lookAtVitals(signal);
};
