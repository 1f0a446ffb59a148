import fc from 'fast-check';

// Without it, a list or text for which a law names the greatest length has some ten entries at most, whatever that length is.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
