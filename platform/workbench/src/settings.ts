/** The keys on the page of a person's settings: /settings/. */
import { mount } from 'svelte';
import KeySettings from './components/KeySettings.svelte';
import { myKeys } from './services/my_keys.svelte';
import { Scope } from './services/scope';

const target = document.getElementById('key-settings');
if (!target) throw new Error('the page has no #key-settings element');
void myKeys.start(new Scope());
mount(KeySettings, { target });
