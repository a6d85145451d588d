/* A parser for each document: counts its elements.
 * needs: libexpat1-dev
 * flags: -lexpat */
#include "ordinary.h"

#include <expat.h>

static void XMLCALL opened(void* data, const XML_Char* name, const XML_Char** attributes) {
    (void)name, (void)attributes;
    ++*(int*)data;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    static const char document[] = "<all><one a='1'/><two>x</two></all>";
    int elements = 0, good;
    XML_Parser parser = XML_ParserCreate("UTF-8");
    (void)data;
    XML_SetUserData(parser, &elements);
    XML_SetElementHandler(parser, opened, NULL);
    good = command == 0 ? XML_Parse(parser, document, sizeof document - 1, 1) : XML_Parse(parser, buf, (int)len, 1);
    if (good != XML_STATUS_OK) elements = -(int)XML_GetErrorCode(parser);
    XML_ParserFree(parser);
    return answer(rbuf, rlen, &elements, sizeof elements);
}

DRIVER(.start = keep_port, .control = control)
