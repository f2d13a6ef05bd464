/** English and German words that carry no topic. Other languages work without: their phrases are a little worse. */
const ENGLISH = `a about above after again all also although always am among an and another any anything are around as
ask asked at back be became because been before began behind being below between both but by call called came can
cannot come could dear did do does done down during each either else end enough etc even ever every everything few
first following for found from further gave get give given go goes good got great had half has have having he her here
hers him his how however i if in instead into is it its itself just keep kept kind know last later least less let like
little long longer look made make making many may maybe me might more most much must my near need needs never new next
no none nor not nothing now number of off often old on once one only or other others our out over own page part per
please put rather read ready really said same say second see seem seems seen set several shall she should show since
small so some something soon still such take taken tell ten than thank thanks that the their them then there these
they thing things third this those though three through time times to today together told tomorrow too took toward
two under until up upon us use used uses using very via want wants was way we well went were what when where whether
which while who whole whose why will with within without word words would year years yes yet you your yours january
february march april june july august september october november december monday tuesday wednesday thursday friday
saturday sunday day days week weeks month months hour hours minute minutes mr mrs ms dr won one's don't doesn't isn't
can't it's that's we'll regards sincerely accounts tel fax vat qty pos email www http https com turned turns lost less
half nearly almost already ago away best better big bigger close far high higher low lower right left side able
date dates due quoting valid agreed decided decision decisions task tasks agenda notes northern southern eastern western`;

const GERMAN = `aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus außerdem bei beide
beiden beim bereits bis bitte bzw da dabei dadurch dafür dagegen daher damit dann daran darauf darf das dass davon dazu
dein deine dem den denn der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort drei du durch
dürfen eher ein eine einem einen einer eines einige einmal er erst erste ersten es etwa etwas euch euer eure fast für
gab ganz geben gegen gehen geht gemacht gerne gewesen gibt gut habe haben hat hatte hatten her heute hier hin hinter
ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jetzt
kann kein keine keinen keiner können könnte lassen mehr mein meine mich mir mit muss müssen nach nachdem neben nein
neu neue neuen nicht nichts noch nun nur ob oben oder ohne pro rund schon sehr sein seine seinem seinen seiner seit
selbst sich sie sind so sobald sofern sogar solche soll sollen sollte sondern sonst soweit sowie statt trotz über um
und uns unser unsere unserem unseren unserer unter viel viele vier vom von vor wann war waren warum was weder weg
wegen weil weiter weitere weiteren welche welcher wenn wer werde werden wie wieder wir wird wo wohl wollen worden
wurde wurden zu zum zur zwar zwei zwischen sehr geehrte geehrter damen herren grüßen grüße freundlichen freundliche
januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag jahr
jahre jahren tag tage tagen woche wochen monat monate uhr euro nr telefon seite betreff datum ihnen möchten würden
bleibt bleiben davor derzeit dieses erhalten beiträgen einschließlich`;

const ENGLISH_WORDS = new Set(ENGLISH.split(/\s+/));
const GERMAN_WORDS = new Set(GERMAN.split(/\s+/));
const STOP_WORDS = ENGLISH_WORDS.union(GERMAN_WORDS);
const GERMAN_ONLY = GERMAN_WORDS.difference(ENGLISH_WORDS);
const ENGLISH_ONLY = ENGLISH_WORDS.difference(GERMAN_WORDS);

/** Whether a lower-case word carries no topic. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** `en`, `de`, or null where the small words tell neither. */
export function languageOf(words: readonly string[]): 'en' | 'de' | null {
  const english = words.filter((word) => ENGLISH_ONLY.has(word)).length;
  const german = words.filter((word) => GERMAN_ONLY.has(word)).length;
  if (english + german < 3) return null;
  return english >= german ? 'en' : 'de';
}
