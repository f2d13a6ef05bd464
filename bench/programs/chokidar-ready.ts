import { watch } from 'chokidar';

// Watches a tree and says when it is ready; ends when it is told to.
const [folder = ''] = process.argv.slice(2);
watch(folder, { ignoreInitial: true }).on('ready', () => console.log('ready'));
