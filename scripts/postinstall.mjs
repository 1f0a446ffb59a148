/** npm runs it when it has installed the packages. */
import { noteInstalled } from './setup.mjs';

noteInstalled();
