/** Assembly text compared with what other tools print. */
@NullMarked
package io.xdp4j.tests.asm;

import org.jspecify.annotations.NullMarked;
