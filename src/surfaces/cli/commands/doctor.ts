import { EXIT } from '../../../base/errors.ts';
import type { Command, Context } from '../command.ts';
import type { Finding } from '../doctor/finding.ts';
import { healthSpan } from '../phrases.ts';
import type { Span } from '../terminal.ts';
import { printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'doctor',
  arguments: [],
  options: [
    { flags: '--fast', summary: 'ask no model for an answer, and leave the pages of the database alone' },
    {
      flags: '--report',
      summary: 'also write what helps somebody else to help you into a file, without secrets and texts',
    },
  ],
  examples: [
    { line: 'consciousness doctor', does: 'Needs no daemon; changes nothing.' },
    { line: 'consciousness doctor --report', does: 'Says what is in the file; read it before you send it.' },
    {
      line: 'consciousness doctor --json | jq \'.findings[] | select(.status != "ok")\'',
      does: 'Only what is not well.',
    },
  ],
  exitCodes: { 0: 'nothing fails (there may be warnings)', 1: 'something fails' },
  json: '{ "ok": boolean, "findings": { "check", "status": "ok" | "warn" | "fail", "detail", "mend" }[] }',
  async run(context, _args, options) {
    const findings = await examine(context, options['fast'] === true);
    const well = findings.every((finding) => finding.status !== 'fail');
    if (context.json) context.out.json({ ok: well, findings });
    else printFindings(context, findings);
    if (options['report'] === true) {
      const { writeReport } = await import('../doctor/report.ts');
      await writeReport(context, findings);
    }
    return well ? EXIT.ok : EXIT.failed;
  },
};

async function examine(context: Context, isFast: boolean): Promise<Finding[]> {
  const [
    machine,
    places,
    inotify,
    settings,
    providers,
    mind,
    running,
    storage,
    journal,
    senses,
    logs,
    sending,
    access,
  ] = await Promise.all([
    import('../doctor/machine.ts'),
    import('../doctor/places.ts'),
    import('../doctor/inotify.ts'),
    import('../doctor/settings.ts'),
    import('../doctor/providers.ts'),
    import('../doctor/mind.ts'),
    import('../doctor/running.ts'),
    import('../doctor/storage.ts'),
    import('../doctor/journal.ts'),
    import('../doctor/senses.ts'),
    import('../doctor/logs.ts'),
    import('../doctor/sending.ts'),
    import('../doctor/access.ts'),
  ]);
  const { findings, config, rules } = await settings.settingsFindings(context);
  const daemon = await running.lookAtRunning(context);
  const configured =
    config === null
      ? []
      : await Promise.all([
          places.rootFindings(config, context.platform),
          places.outputFindings(config),
          logs.logFindings(rules),
          inotify.inotifyFindings(config, context.platform, daemon.watches),
          providers.providerFindings(context, config, rules, isFast),
          mind.mindFindings(context, config, rules, isFast),
          sending.sendingFindings(context, config, rules, isFast),
          access.accessFindings(context, config, daemon.http),
        ]);
  return [
    ...(await machine.machineFindings()),
    ...(await senses.senseFindings(context)),
    ...(await places.folderFindings(await context.folders())),
    ...findings,
    ...(config === null ? [] : storage.storageFindings(context, config.database)),
    ...(config === null ? [] : await journal.journalFindings(context, config.database, isFast)),
    ...configured.flat(),
    ...daemon.findings,
  ];
}

function printFindings({ out }: Context, findings: readonly Finding[]): void {
  const width = Math.max(...findings.map((finding) => finding.check.length));
  for (const { check, status, detail, mend } of findings) {
    const mark: Span = status === 'ok' ? ['green', 'ok  '] : healthSpan(status);
    printWrapped(out, width + 8, mark, `  ${check.padEnd(width)}  `, detail);
    if (mend !== null)
      printWrapped(out, width + 14, ' '.repeat(width + 8), ['dim', 'mend: '], ['bold', mend]);
  }
  const bad = findings.filter((finding) => finding.status !== 'ok').length;
  out.line();
  out.line(bad === 0 ? ['green', 'All is well.'] : ['yellow', `${bad} of ${findings.length} not well.`]);
}
