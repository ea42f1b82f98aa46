/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the loader's messages a run has come to: a refusal without a scenario is noticed. */
#ifndef BATON_FAKE_MESSAGES_H
#define BATON_FAKE_MESSAGES_H

/* The format of every error_set in loader/, and NULL behind the last one. mk/messages.py finds them. */
extern const char *const loader_messages[];

/* From here on messages are noted, those of workers as well. */
void messages_start(void);

/* Prints each message that no run has come to, and each that is wrongly said to be out of reach. Returns how many. */
unsigned messages_judge(void);

#endif
