import { run } from './tool.ts';

// A registry without an audit endpoint is no finding: say so and go on.
const { code, output } = await run('npm', ['audit', '--omit=dev', '--json', '--loglevel=silent']);
const report = reportIn(output);
if (report === undefined || !('auditReportVersion' in report)) {
  const told =
    report !== undefined && 'message' in report
      ? String(report.message).replaceAll(/\bhttps?:\S+/g, '…')
      : '';
  console.log(`audit skipped: the package registry answered no audit report${told && ` (${told})`}`);
} else {
  await run('npm', ['audit', '--omit=dev'], { show: true });
  process.exitCode = code;
}

function reportIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text.slice(text.indexOf('{')));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
