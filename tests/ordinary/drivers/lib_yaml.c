/* Counts the events of a YAML text.
 * needs: libyaml-dev
 * flags: -lyaml */
#include "ordinary.h"

#include <yaml.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    yaml_parser_t parser;
    yaml_event_t event;
    int count = 0, done = 0;
    (void)data, (void)command;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (unsigned char*)buf, len);
    while (!done && yaml_parser_parse(&parser, &event)) {
        ++count;
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return answer(rbuf, rlen, &count, sizeof count);
}

DRIVER(.start = keep_port, .control = control)
