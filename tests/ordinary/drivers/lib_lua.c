/* An interpreter of Lua in each port, with a function of the driver's in it.
 * needs: liblua5.4-dev
 * flags: -I/usr/include/lua5.4 -llua5.4 */
#include "ordinary.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static int twice(lua_State* lua) {
    lua_pushinteger(lua, 2 * luaL_checkinteger(lua, 1));
    return 1;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    lua_State* lua = luaL_newstate();
    (void)port, (void)arguments;
    if (!lua) return ERL_DRV_ERROR_GENERAL;
    luaL_openlibs(lua);
    lua_register(lua, "twice", twice);
    return (ErlDrvData)lua;
}
static void stop(ErlDrvData data) {
    lua_close((lua_State*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    lua_State* lua = (lua_State*)data;
    ErlDrvSSizeT n;
    lua_pushlstring(lua, buf, len);
    lua_setglobal(lua, "sent");
    lua_pushinteger(lua, (lua_Integer)command);
    lua_setglobal(lua, "command");
    if (luaL_dostring(lua, "return string.rep(sent, 2) .. twice(command) .. tostring(pcall(error, 'no'))")) {
    }
    n = say(rbuf, rlen, lua_tostring(lua, -1) ? lua_tostring(lua, -1) : "?");
    lua_settop(lua, 0);
    return n;
}

DRIVER(.start = start, .stop = stop, .control = control)
