/** By rule, what a small local model says about the recipe's sample. */
export const WORDS: Readonly<Record<string, unknown>> = {
  inbox: {
    title: 'Invoice FI-2026-0412 from Fennmoor Instruments',
    date: '2026-03-12',
    party: 'Fennmoor Instruments Ltd',
    amount: '€905.40',
    tags: ['invoice', 'anemometer', 'calibration'],
    summary: 'Calibration of three anemometers and a new bearing. €905.40 are due by 11 April 2026.',
  },
  'notes-tidy': {
    tags: ['anemometer', 'tide-gauge', 'calibration'],
    summary:
      'The northern anemometer reads too low because its bearing is worn, and the gap of the tide gauge was its modem. A bearing is to be ordered, and the telephone company to be asked.',
  },
  'notes-ask': {
    answers: [
      { line: '@ask How many knots are 12 m/s?', answer: '12 m/s are about 23.3 knots.' },
      {
        line: '@ask What should I check first when a modem says "no carrier"?',
        answer: 'The line: cable, plug and splitter, then whether the telephone company has a fault there.',
      },
    ],
  },
  'notes-digest': {
    summary:
      'The day was about the northern anemometer and a gap in the readings of the pier. Both have a cause now.',
    done: [
      'Anemometer calibrated: 0.4 m/s too low above 12 m/s',
      'Calibration sheet sent to the harbour office',
    ],
    open: ['Order a bearing for the northern anemometer', 'Ask the telephone company about the modem'],
  },
  'watch-tests': {
    title: 'High water across midnight has the wrong day',
    cause: 'nextHighWater keeps the day of the last entry when the next high water is after midnight.',
    evidence: "AssertionError: expected '2026-03-13T00:14' but was '2026-03-12T00:14'",
    file: 'src/tide-table.ts',
    line: 57,
    next: 'npx node --test --test-name-pattern "across midnight" test/tide-table.test.ts',
  },
  'watch-errors': {
    title: 'Database refuses connections, readings are lost',
    cause: 'Nothing listens at 127.0.0.1:5432: the database has ended or was not started.',
    evidence: '2026-03-12 07:25:31 ERROR cannot store reading: connection to 127.0.0.1:5432 refused',
    file: 'src/store.ts',
    line: 88,
    next: 'systemctl status postgresql',
  },
  'code-review': {
    findings: [
      {
        line: '        return False',
        severity: 'bug',
        comment: 'It returns after the first level. Move it out of the loop.',
      },
      {
        line: 'def save(levels, path="/tmp/levels.json", known=[]):',
        severity: 'bug',
        comment: 'The default list is shared by all calls and grows with each. Use None and make a new list.',
      },
      {
        line: '    return sum(levels) / len(levels)',
        severity: 'risk',
        comment: 'An empty list divides by zero. Say what the mean of nothing is.',
      },
    ],
  },
  minutes: {
    title: 'Mast on the pier',
    date: '2026-03-17',
    summary:
      'The calibrated anemometer goes back on the northern mast on Thursday. The seal of the junction box is worn. The tide gauge stays where it is.',
    decisions: [
      'The anemometer goes back on the mast on Thursday.',
      'The tide gauge stays where it is until May.',
    ],
    tasks: [
      'Workshop: order the seal of the junction box, by Friday',
      'Harbour office: tell the pilots that northern readings are missing until Thursday, today',
    ],
  },
  screenshots: {
    title: 'terminal disk full tides service',
    description:
      'A terminal on the computer at the pier. The disk is 97 % full and the tides service has failed because it cannot write.',
    text: 'ERROR: cannot write /var/lib/tides:\nNo space left on device',
    tags: ['terminal', 'disk', 'error'],
  },
  'downloads-read': { category: 'Tickets', reason: 'a booking confirmation of a ferry' },
  'research-digest': {
    summary: 'Two papers about why harbour instruments fail, and both find the cause beside the sensor.',
    papers: [
      {
        title: 'Bearing wear in cup anemometers on exposed piers',
        why: 'A two-minute test finds worn bearings.',
      },
      { title: 'Why tide gauges have gaps', why: 'Most gaps are the modem and can be closed afterwards.' },
    ],
    threads: ['Both find cheap checks that spare visits to the instrument.'],
  },
};

const BEARING = {
  title: 'Bearing wear in cup anemometers on exposed piers',
  authors: 'Fennmoor Instruments',
  year: 2025,
  question: 'Do cup anemometers read too low after two winters because of their bearings or their cups?',
  method: 'Twelve instruments were calibrated with old bearings, new bearings and new cups, 4 to 16 m/s.',
  findings: [
    'With the old bearing they read 0.43 m/s too low at 12 m/s, with a new one 0.04 m/s.',
    'The run-down time fell from 61 s to 23 s in 24 months.',
  ],
  tags: ['anemometer', 'bearing', 'calibration'],
};

const GAUGES = {
  ...BEARING,
  title: 'Why tide gauges have gaps: modems, not gauges',
  authors: 'The Breakwater Review',
  year: 2026,
  question: 'Why do records of tide gauges have gaps?',
  method: '318 gaps of nine gauges in three years were compared with the logs of gauges and modems.',
  findings: ['76 % of the gaps were the modem or its line.', 'Most could have been closed afterwards.'],
  tags: ['tide-gauge', 'modem', 'gaps'],
};

/** What it says about a prompt of a rule. */
export function wordsOf(rule: string, prompt: string): unknown {
  if (rule === 'research-note') return prompt.includes('Why tide gauges have gaps') ? GAUGES : BEARING;
  return WORDS[rule];
}
